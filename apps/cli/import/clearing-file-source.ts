// A clearing file on disk.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ClearingSource } from '../../bank/clearing-import.js';
import { BadInput } from './csv-records.js';

export function fileSource(path: string): ClearingSource {
  return {
    name: path,
    async ends(bytes) {
      try {
        const file = await open(path);
        try {
          const { size } = await file.stat();
          const head = Buffer.alloc(bytes.head);
          const tail = Buffer.alloc(bytes.tail);
          await file.read(head, 0, bytes.head, 0);
          if (size >= bytes.tail) await file.read(tail, 0, bytes.tail, size - bytes.tail);
          return { head, tail, size };
        } finally {
          await file.close();
        }
      } catch (error) {
        throw notReadable(path, error);
      }
    },
    async *pieces(signal) {
      try {
        yield* createReadStream(path, { signal });
      } catch (error) {
        throw notReadable(path, error);
      }
    },
  };
}

function notReadable(path: string, error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error)) return error;
  switch (error.code) {
    case 'ENOENT':
      return new BadInput(`${path}: there is no such file`);
    case 'EISDIR':
      return new BadInput(`${path}: this is a folder`);
    case 'EACCES':
      return new BadInput(`${path}: reading it is not permitted`);
    default:
      return error;
  }
}
