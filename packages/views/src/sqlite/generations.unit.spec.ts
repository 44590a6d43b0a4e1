import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createNextGeneration,
  currentGeneration,
  removeGeneration,
  removeOldGenerations,
  SqliteViews,
  switchGeneration,
} from './index.js';

describe('generations of the views', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-generations-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  describe('in an empty folder', () => {
    it('have no live one', () => {
      expect(currentGeneration(folder)).toBeUndefined();
      expect(removeOldGenerations(folder)).toEqual([]);
    });

    it('begin with 1, which is live after the switch only', async () => {
      const first = createNextGeneration(folder);
      expect(first).toEqual({ generation: 1, path: join(folder, 'views-1.db') });
      await new SqliteViews(first.path).close();
      expect(currentGeneration(folder)).toBeUndefined();
      switchGeneration(folder, 1);
      expect(currentGeneration(folder)).toEqual(first);
    });

    it('refuse a switch to one that is not there', () => {
      expect(() => switchGeneration(folder, 3)).toThrow('views-3.db is not there to switch to');
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  describe('with one live and one under way', () => {
    beforeEach(() => {
      for (let n = 0; n < 3; n++) createNextGeneration(folder);
      switchGeneration(folder, 2);
    });

    it('give the next one a number of its own', () => {
      expect(createNextGeneration(folder).generation).toBe(4);
    });

    it('name the live one in views.json and leave no temporary file', () => {
      expect(JSON.parse(readFileSync(join(folder, 'views.json'), 'utf8'))).toEqual({ generation: 2 });
      expect(readdirSync(folder).sort()).toEqual(['views-1.db', 'views-2.db', 'views-3.db', 'views.json']);
    });

    it('lose the old ones only, with what SQLite keeps beside them', () => {
      writeFileSync(join(folder, 'views-1.db-wal'), '');
      writeFileSync(join(folder, 'views-1.db-shm'), '');
      expect(removeOldGenerations(folder)).toEqual([1]);
      expect(readdirSync(folder).sort()).toEqual(['views-2.db', 'views-3.db', 'views.json']);
    });

    it('lose one given up, but never the live one', () => {
      removeGeneration(folder, 3);
      expect(existsSync(join(folder, 'views-3.db'))).toBe(false);
      expect(() => removeGeneration(folder, 2)).toThrow('generation 2 of the views is live');
    });
  });

  it.each(['', '{', '{"generation": "1"}', '{"generation": 0}', 'null'])('refuse a pointer that says %j', (text) => {
    writeFileSync(join(folder, 'views.json'), text);
    expect(() => currentGeneration(folder)).toThrow(/views\.json does not name a generation/);
  });
});
