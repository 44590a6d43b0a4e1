import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Type } from '@sinclair/typebox';
import { loadConfiguration } from './configuration.js';

const schema = Type.Object(
  {
    http: Type.Object(
      {
        port: Type.Integer({ minimum: 0, maximum: 65535, default: 8080 }),
        bodyLimitBytes: Type.Integer({ default: 1024 }),
      },
      { default: {}, additionalProperties: false },
    ),
    timeZone: Type.String({ default: 'Europe/London' }),
    brokers: Type.Array(Type.String(), { default: [] }),
    strict: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
);

describe('a configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tallystick-configuration-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const fileWith = (content: string) => {
    const file = join(folder, 'bank.json');
    writeFileSync(file, content);
    return file;
  };

  it('has defaults', () => {
    expect(loadConfiguration(schema, { environment: {} })).toEqual({
      http: { port: 8080, bodyLimitBytes: 1024 },
      timeZone: 'Europe/London',
      brokers: [],
      strict: false,
    });
  });

  it('prefers flags to the environment, and that to the file', () => {
    const configuration = loadConfiguration(schema, {
      file: fileWith('{"http":{"port":1,"bodyLimitBytes":1},"timeZone":"Europe/Paris"}'),
      environment: {
        TALLYSTICK_HTTP_PORT: '2',
        TALLYSTICK_HTTP_BODY_LIMIT_BYTES: '2',
        TALLYSTICK_BROKERS: 'a,b',
        TALLYSTICK_STRICT: 'true',
      },
      flags: { 'http.port': 3 },
    });
    expect(configuration).toEqual({
      http: { port: 3, bodyLimitBytes: 2 },
      timeZone: 'Europe/Paris',
      brokers: ['a', 'b'],
      strict: true,
    });
  });

  it.each([
    [{ TALLYSTICK_HTTP_PORT: '70000' }, 'TALLYSTICK_HTTP_PORT: expected integer to be less or equal to 65535'],
    [{ TALLYSTICK_HTTP_PORT: '80a' }, 'TALLYSTICK_HTTP_PORT: expected integer'],
    [{ TALLYSTICK_STRICT: 'yes' }, 'TALLYSTICK_STRICT: expected boolean'],
  ])('stops at a wrong variable and names it: %j', (environment, message) => {
    expect(() => loadConfiguration(schema, { environment })).toThrow(message);
  });

  it('stops at a wrong or unknown key of the file and names both', () => {
    const wrong = fileWith('{"http":{"port":"x"}}');
    expect(() => loadConfiguration(schema, { file: wrong, environment: {} })).toThrow(
      `http.port in ${wrong}: expected integer`,
    );
    const unknown = fileWith('{"http":{"prot":1}}');
    expect(() => loadConfiguration(schema, { file: unknown, environment: {} })).toThrow(
      `http.prot in ${unknown}: unexpected property`,
    );
  });

  it('stops at a file that is missing or not JSON', () => {
    expect(() => loadConfiguration(schema, { file: join(folder, 'no.json'), environment: {} })).toThrow(
      'can not be read',
    );
    expect(() => loadConfiguration(schema, { file: fileWith('port: 1'), environment: {} })).toThrow('is not JSON');
  });
});
