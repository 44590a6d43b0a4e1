export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @param text `host:port`, `[::1]:8583` for IPv6 @throws RangeError */
export function addressOf(text: string): Address {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) throw new RangeError(`${text} is not host:port`);
  return { host, port: Number(port) };
}
