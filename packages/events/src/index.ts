export {
  decodePayload,
  type EventField,
  type EventFields,
  encodePayload,
  eventTypeOf,
  type FieldsReader,
  fieldsReader,
  schemaVersionOf,
} from './codec.js';
export { type EncodedEvent, encodeEvent } from './encode-event.js';
export * from './errors.js';
export { eventIdOf, formatEventId } from './event-id.js';
export type { AuthorisationRequest, AuthorisationResponse, Messages } from './generated/messages.js';
export { monthOf, tellsItsMonth } from './id-month.js';
export { deriveId, lettersOf } from './ids.js';
export { InMemoryKeys } from './in-memory-keys.js';
export { decodeMessage, encodeMessage } from './messages.js';
export { decodeMetadata, encodeMetadata, type MetadataField, metadataReader } from './metadata.js';
export { encodeNewEvent, type NewEvent, type Origin, transactionIdOf } from './new-event.js';
export {
  ERASED,
  type KeyPort,
  type PersonalText,
  seal,
  sealPersonal,
  unseal,
  unsealAll,
  unsealPersonal,
} from './personal.js';
