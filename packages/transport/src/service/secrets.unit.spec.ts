import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSecretsFile } from './secrets.js';

describe('a file of secrets', () => {
  let folder: string;
  let file: string;
  let drawn: number;
  const random = (byteCount: number) => new Uint8Array(byteCount).fill(++drawn);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-secrets-'));
    file = join(folder, 'secrets.json');
    drawn = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made at the first start, for its owner only', () => {
    openSecretsFile(file, ['card-token'], random);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ 'card-token': ['01'.repeat(32)] });
  });

  it('keeps its secrets and adds those that are new', () => {
    const first = openSecretsFile(file, ['card-token'], random).current('card-token');
    const again = openSecretsFile(file, ['card-token', 'customer'], random);
    expect(again.current('card-token')).toEqual(first);
    expect(again.current('customer').bytes).toEqual(new Uint8Array(32).fill(2));
  });

  it('gives the newest version, and older ones by number', () => {
    writeFileSync(file, JSON.stringify({ key: ['01'.repeat(32), '02'.repeat(32)] }), { mode: 0o600 });
    const secrets = openSecretsFile(file, ['key'], random);
    expect(secrets.current('key').version).toBe(2);
    expect(secrets.version('key', 1)?.bytes).toEqual(new Uint8Array(32).fill(1));
    expect(secrets.version('key', 3)).toBeUndefined();
  });

  it('is refused when others can read it', () => {
    openSecretsFile(file, ['key'], random);
    chmodSync(file, 0o644);
    expect(() => openSecretsFile(file, ['key'], random)).toThrow(`${file} can be read by others: run chmod 600 on it`);
  });

  it.each(['', '{', '[]', '{"key":[]}', '{"key":["12"]}'])('is never overwritten when damaged: %j', (content) => {
    writeFileSync(file, content, { mode: 0o600 });
    expect(() => openSecretsFile(file, ['key'], random)).toThrow('is damaged: restore it from a backup');
    expect(readFileSync(file, 'utf8')).toBe(content);
  });
});
