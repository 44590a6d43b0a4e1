// What a write answers with and a read may name: `<journal id>.<position>`, opaque to whoever carries it.

export function positionToken(journalId: string, position: bigint): string {
  return `${journalId}.${position}`;
}

/** The position, or undefined where the token is malformed or of another journal. */
export function readPositionToken(token: string, journalId: string): bigint | undefined {
  const dot = token.lastIndexOf('.');
  const position = token.slice(dot + 1);
  if (dot < 1 || token.slice(0, dot) !== journalId || !/^\d{1,18}$/.test(position)) return undefined;
  return BigInt(position);
}
