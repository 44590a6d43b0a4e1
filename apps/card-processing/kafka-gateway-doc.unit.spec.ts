// docs/kafka-gateway.md and the schemas say the same.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

describe('docs/kafka-gateway.md', () => {
  const page = readFileSync(new URL('../../docs/kafka-gateway.md', import.meta.url), 'utf8');

  it.each(['AuthorisationRequest', 'AuthorisationResponse'])('names every field of %s', (name) => {
    const file = new URL(`../../schemas/avro/gateway/${name}.v1.avsc`, import.meta.url);
    const names = [...readFileSync(file, 'utf8').matchAll(/"name": "([a-z_]+)"/g)].map(([, field]) => field);
    expect(names.length).toBeGreaterThan(0);
    for (const field of names) expect(page).toContain(`\`${field}\``);
  });

  it('has the codes that HTTP does not have', () => {
    for (const code of ['missing_param.request_id', 'bad_param.request_id', 'bad_param.key'])
      expect(page).toContain(`\`bad_request.${code}\``);
  });
});
