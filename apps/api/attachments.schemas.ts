// Attachments and receipts, as /openapi.json describes them and as their requests are checked.
import { Type } from '@sinclair/typebox';
import { orNull } from '@tallystick/contracts';

const text = Type.String();
const instant = Type.String({ description: '2026-03-01T10:15:30.120Z' });

export const uploadBody = Type.Object({
  file_name: text,
  file_type: Type.String({ description: 'a media type such as image/png' }),
  content_length: Type.Optional(Type.Union([text, Type.Integer(), Type.Null()])),
});
export const uploadAnswer = Type.Object({ file_url: text, upload_url: text });
export const registerBody = Type.Object({
  external_id: Type.String({ maxLength: 128, description: 'the transaction' }),
  file_url: text,
  file_type: text,
});
export const deregisterBody = Type.Object({ id: Type.String({ maxLength: 128 }) });

export const attachment = Type.Object({
  id: text,
  user_id: text,
  external_id: text,
  file_url: text,
  file_type: text,
  created: instant,
  url: text,
  type: text,
});
export const attachments = orNull(Type.Array(attachment));
export const attachmentAnswer = Type.Object({ attachment });
export const emptyAnswer = Type.Object({});
