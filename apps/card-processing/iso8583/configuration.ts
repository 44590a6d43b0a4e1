// The gateway over ISO 8583 as it runs where nobody says otherwise, and as a deployment says.
import { readFileSync } from 'node:fs';
import type { ClusterConfiguration } from '@tallystick/cluster';
import { tallystick, tallystickBinary, tallystickEbcdic } from '@tallystick/iso8583';
import { ConfigurationError } from '@tallystick/transport/service';
import type { Iso8583Options } from '../gateway.iso8583.js';

/** Those whose data elements mean what docs/iso8583-gateway.md says. */
const dialects = [tallystick, tallystickBinary, tallystickEbcdic];

const CONNECTIONS_MAX = 10_000;
const DRAIN_MS = 10_000;

const limits = {
  messageBytesMax: 8_192,
  inFlightMax: 256,
  // Networks send an echo every minute or so.
  idleMs: 300_000,
  messageMs: 10_000,
};

export function iso8583(host: string, port: number): Iso8583Options {
  return { host, port, dialect: tallystick, connectionsMax: CONNECTIONS_MAX, limits, drainMs: DRAIN_MS };
}

/** @throws ConfigurationError */
export function iso8583Of({ iso8583: configured }: ClusterConfiguration): Iso8583Options {
  const { host, port, connectionsMax, certificateFile, keyFile, caFile } = configured;
  const dialect = dialects.find(({ name }) => name === configured.dialect);
  if (dialect === undefined)
    throw new ConfigurationError('iso8583.dialect', `is one of ${dialects.map(({ name }) => name).join(', ')}`);
  const tls =
    certificateFile === ''
      ? undefined
      : {
          cert: readFileSync(certificateFile, 'utf8'),
          key: readFileSync(keyFile, 'utf8'),
          ...(caFile === '' ? {} : { ca: readFileSync(caFile, 'utf8') }),
        };
  return { ...iso8583(host, port), dialect, connectionsMax, tls };
}
