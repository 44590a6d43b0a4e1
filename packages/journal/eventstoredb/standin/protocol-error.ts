// How a call ends that is not answered: https://grpc.io/docs/guides/status-codes/

export const status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

export type StatusCode = (typeof status)[keyof typeof status];

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    readonly code: StatusCode,
    details: string,
    private readonly extra: Readonly<Record<string, string>> = {},
  ) {
    super(details);
  }

  static of(error: unknown): ProtocolError {
    if (error instanceof ProtocolError) return error;
    return new ProtocolError(status.UNKNOWN, error instanceof Error ? error.message : String(error));
  }

  asTrailers(): Record<string, string> {
    return { 'grpc-status': String(this.code), 'grpc-message': encodeURIComponent(this.message), ...this.extra };
  }
}
