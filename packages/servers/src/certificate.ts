import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  /** PEM; also what a client is to trust. */
  readonly certificate: string;
}

/** A certificate of our own making for an IP address of this machine, for tests. */
export async function certificateFor(address: string): Promise<Certificate> {
  const names = [
    { type: 7 as const, ip: address },
    { type: 2 as const, value: 'localhost' },
  ];
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: names },
    ],
  });
  return { key: made.private, certificate: made.cert };
}
