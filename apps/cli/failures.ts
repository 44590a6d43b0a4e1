// How a command ends (interfaces.md): 0 done, 1 a difference or a break was found, 2 bad usage or input, 3 could not run.
import { CallFailed } from '@tallystick/transport';
import { CommanderError } from 'commander';

export const EXIT = { done: 0, difference: 1, badInput: 2, couldNotRun: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What was asked for makes no sense. The message is one sentence that names the argument. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do what it was asked for. The message is one sentence that says what to do about it. */
export class CouldNotRun extends Error {
  override readonly name = 'CouldNotRun';
}

const BAD_INPUT: ReadonlySet<string> = new Set(['UsageError', 'BadInput', 'BadClearingFile']);

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.badInput;
  if (error instanceof CallFailed) return error.code.startsWith('bad_request.') ? EXIT.badInput : EXIT.couldNotRun;
  return error instanceof Error && BAD_INPUT.has(error.name) ? EXIT.badInput : EXIT.couldNotRun;
}

/** What standard error is told; nothing where commander has told it already. */
export function sentenceOf(error: unknown): string | undefined {
  return error instanceof CommanderError ? undefined : `error: ${messageOf(error)}`;
}

export function isClosedPipe(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPIPE';
}

export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
