// Uploading as a customer's program does it.
import type { ApiService } from './api-service.suite.js';

export type Fields = Readonly<Record<string, string>>;

export const PNG = { file_name: 'Café “receipt”.png', file_type: 'image/png' };

export async function begin(api: ApiService, fields: Fields = PNG) {
  const { status, body } = await api.form('POST', '/attachment/upload', fields);
  if (status !== 200) throw new Error(`no upload: ${body.code}`);
  return body as { readonly file_url: string; readonly upload_url: string }; // as the route answers
}

/** @param type null for no header */
export async function upload(url: string, body: string | Buffer, type: string | null = 'image/png', method = 'PUT') {
  const headers: Fields = type === null ? {} : { 'content-type': type };
  const response = await fetch(url, { method, body, headers });
  return { status: response.status, body: JSON.parse(await response.text()) };
}
