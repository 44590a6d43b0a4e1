// Keys that begin with a webhook's id and a slash: the first of each webhook, without reading all the others.

type KeysAfter = (options: { readonly after: string; readonly limit: number }) => Promise<readonly string[]>;

/** Where keys are gone but not forgotten yet, they are passed over so many at a time. */
const PAGE = 64;
/** Comes right after the slash. */
const AFTER_SLASH = '0';

export async function* firstKeys(keys: KeysAfter): AsyncIterable<{ readonly webhookId: string; readonly key: string }> {
  let after = '';
  for (;;) {
    const page = await keys({ after, limit: PAGE });
    for (const key of page) {
      if (after !== '' && key < after) continue;
      const [webhookId = ''] = key.split('/');
      yield { webhookId, key };
      // The rest of its keys come before this, and the next webhook's after.
      after = webhookId + AFTER_SLASH;
    }
    if (page.length < PAGE) return;
  }
}
