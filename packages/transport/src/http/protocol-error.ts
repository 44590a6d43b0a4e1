/** Bytes that are not the HTTP/1.1 that is spoken here. The connection can not be used any further. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    /** What a server answers with. */
    readonly status: 400 | 413 | 431,
    message: string,
  ) {
    super(message);
  }
}
