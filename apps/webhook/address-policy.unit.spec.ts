import { describe, expect, it } from '@jest/globals';
import { AddressPolicy } from './address-policy.js';
import { defaultWebhook } from './configuration.js';

const byDefault = new AddressPolicy(defaultWebhook);

describe('without any configuration', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:10.0.0.1',
    '::10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::1',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    '',
    '8.8.8.8/32',
  ])('nothing is sent to %s', (address) => expect(byDefault.allows(address)).toBe(false));

  it.each(['8.8.8.8', '100.63.255.255', '100.128.0.1', '172.32.0.1', '::ffff:8.8.8.8', '2606:4700::1111', '2a00::1'])(
    'webhooks go to %s',
    (address) => expect(byDefault.allows(address)).toBe(true),
  );
});

describe('where private addresses are allowed', () => {
  const policy = new AddressPolicy({ allowPrivateAddresses: true, allowedNetworks: [] });

  it.each(['127.0.0.1', '10.0.0.1', '::1', 'fd00::1', '::ffff:127.0.0.1', '8.8.8.8'])('webhooks go to %s', (address) =>
    expect(policy.allows(address)).toBe(true),
  );

  it.each(['0.0.0.0', '::', '255.255.255.255', '224.0.0.1', 'ff02::1', '::ffff:0.0.0.0'])(
    'nothing is sent to %s all the same',
    (address) => expect(policy.allows(address)).toBe(false),
  );
});

describe('where networks are allowed', () => {
  const policy = new AddressPolicy({ allowPrivateAddresses: false, allowedNetworks: ['10.1.0.0/16', '::1/128'] });

  it('webhooks go there, in IPv6 clothes too, and nowhere else in private', () => {
    const addresses = ['10.1.2.3', '::ffff:10.1.2.3', '::1', '10.2.0.1', '127.0.0.1', 'fd00::1'];
    expect(addresses.map((address) => policy.allows(address))).toEqual([true, true, true, false, false, false]);
  });

  it.each(['10.1.0.0', '10.1.0.0/33', 'here/8', '::1/129', '10.1.0.0/-1'])('%s is refused by its name', (network) => {
    const start = () => new AddressPolicy({ allowPrivateAddresses: false, allowedNetworks: [network] });
    expect(start).toThrow(`webhooks.allowedNetworks: ${network} is no network such as 10.1.0.0/16`);
  });
});
