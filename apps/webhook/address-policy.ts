// Which addresses a webhook may be sent to: a customer's program names the host, and must not reach into the bank's own network by it.
import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from '@tallystick/transport/service';
import type { WebhookConfiguration } from './configuration.js';

/** Nothing answers there, or more than one: never allowed. */
const NEVER: readonly string[] = ['0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', '::/128', 'ff00::/8'];

/** IANA's special-purpose registries, without what NEVER has. */
const SPECIAL: readonly string[] = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Of 2000::/3, all that is not global unicast: protocol assignments (Teredo among them), documentation, 6to4.
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
];
/** Whatever is outside of it is local, reserved, or a translation into IPv4 (64:ff9b::/96). */
const GLOBAL_UNICAST = '2000::/3';
const MAPPED = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/;

export class AddressPolicy {
  private readonly never = networks(NEVER);
  private readonly special = networks(SPECIAL);
  private readonly global = networks([GLOBAL_UNICAST]);
  private readonly allowed: BlockList;
  private readonly allowsPrivate: boolean;

  /** @throws ConfigurationError for what is no network */
  constructor({ allowPrivateAddresses, allowedNetworks }: WebhookConfiguration) {
    this.allowsPrivate = allowPrivateAddresses;
    this.allowed = networks(allowedNetworks);
  }

  /** @param address IPv4 or IPv6, without brackets; anything else is refused */
  allows(address: string): boolean {
    const plain = plainOf(address);
    const family = isIP(plain);
    if (family === 0) return false;
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (this.never.check(plain, type)) return false;
    if (this.allowsPrivate || this.allowed.check(plain, type)) return true;
    return !this.special.check(plain, type) && (family === 4 || this.global.check(plain, type));
  }
}

/** IPv4 in the clothes of IPv6 is what it is inside. */
function plainOf(address: string): string {
  if (isIP(address) !== 6) return address;
  // The one way of writing it that URL gives.
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]/`);
  const [, dotted, high, low] = MAPPED.exec(hostname.slice(1, -1)) ?? [];
  if (dotted !== undefined) return dotted;
  if (high === undefined || low === undefined) return hostname.slice(1, -1);
  const bytes = [high, low].flatMap((group) => {
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 255];
  });
  return bytes.join('.');
}

function networks(list: readonly string[]): BlockList {
  const found = new BlockList();
  for (const network of list) {
    const [address = '', prefix = ''] = network.split('/');
    const family = isIP(address);
    const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (family === 0 || !(bits <= (family === 4 ? 32 : 128)))
      throw new ConfigurationError('webhooks.allowedNetworks', `${network} is no network such as 10.1.0.0/16`);
    found.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return found;
}
