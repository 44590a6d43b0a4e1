// Which events of a delivery can't be decoded, once a consumer has stumbled over one.
import { DecodingError, decodeMetadata, decodePayload } from '@tallystick/events';
import type { RecordedEvent } from '@tallystick/journal';

const CAUSES_FOLLOWED = 5;

/** Whether a consumer failed because of bytes, here or in what caused the error; then a retry does not help. */
export function isDecodingFailure(error: unknown): boolean {
  let at = error;
  for (let i = 0; i < CAUSES_FOLLOWED && at instanceof Error; i++) {
    if (at instanceof DecodingError) return true;
    at = at.cause;
  }
  return false;
}

/** Why an event can't be decoded; undefined where it can. */
export function decodingFault({ metadata, payload }: RecordedEvent): string | undefined {
  try {
    decodeMetadata(metadata);
    decodePayload(payload);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
