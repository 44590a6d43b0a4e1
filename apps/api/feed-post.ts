// What POST /feed is given: a form or JSON, nested or flat (customer API, sections 1.4 and 8).
import { type feedGeneratorContract, holdsCardNumber, type RequestOf } from '@tallystick/contracts';
import { badParam, missingParam } from '@tallystick/customer-api';

type BasicItem = RequestOf<(typeof feedGeneratorContract)['methods']['post']>['item'];

export interface FeedPost {
  readonly account: string;
  readonly item: BasicItem;
}

const COLOUR = /^#[0-9A-Fa-f]{6}$/;
const FLAT_KEY = /^params\[([a-z_]+)\]$/;
/** Addresses that run when they are opened. Others may lack a scheme. */
const ACTIVE_ADDRESS = /^(javascript|vbscript|data|file|blob):/i;
/** All but a line's end. */
const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const TITLE_LENGTH = 255;
const BODY_LENGTH = 4_096;
const ADDRESS_LENGTH = 2_048;

/** @throws ProblemError, 400; an empty text is one that was not given */
export function readFeedPost(body: Readonly<Record<string, unknown>>): FeedPost {
  const fields = fieldsOf(body);
  const account = needed(fields, 'account_id');
  if (needed(fields, 'type') !== 'basic') throw badParam('type', 'type must be basic');
  const item: BasicItem = {
    title: short('params.title', needed(fields, 'params.title'), TITLE_LENGTH),
    body: optional(fields, 'params.body', (name, text) => short(name, text, BODY_LENGTH)),
    imageUrl: address('params.image_url', needed(fields, 'params.image_url')),
    url: optional(fields, 'url', address),
    backgroundColor: optional(fields, 'params.background_color', colour),
    titleColor: optional(fields, 'params.title_color', colour),
    bodyColor: optional(fields, 'params.body_color', colour),
  };
  return { account, item };
}

/** By dotted name; `params[title]` and `{"params": {"title": …}}` are the same. */
function fieldsOf(body: object): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [key, value] of Object.entries(body)) {
    const [, flat] = FLAT_KEY.exec(key) ?? [];
    if (flat !== undefined) fields.set(`params.${flat}`, value);
    else if (key === 'params' && typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) fields.set(`params.${name}`, inner);
    else fields.set(key, value);
  }
  return fields;
}

function needed(fields: ReadonlyMap<string, unknown>, name: string): string {
  const text = given(fields, name);
  if (text === undefined) throw missingParam(name);
  return text;
}

function optional(
  fields: ReadonlyMap<string, unknown>,
  name: string,
  read: (name: string, text: string) => string,
): string | null {
  const text = given(fields, name);
  return text === undefined ? null : read(name, text);
}

function given(fields: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = fields.get(name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw badParam(name, `${name} must be text`);
  // Sealed or not, no card number is stored.
  if (holdsCardNumber(value)) throw badParam(name, `${name} looks like a card number`);
  return value;
}

/** Without what could hide or reorder the rest of it. */
function short(name: string, text: string, length: number): string {
  const clean = text.replaceAll(CONTROL, (character) => (character === '\n' ? '\n' : ' ')).trim();
  if (clean === '' || clean.length > length) throw badParam(name, `${name} must have 1 to ${length} characters`);
  return clean;
}

function address(name: string, text: string): string {
  const clean = short(name, text, ADDRESS_LENGTH);
  if (ACTIVE_ADDRESS.test(clean)) throw badParam(name, `${name} must be an address to look at`);
  return clean;
}

function colour(name: string, text: string): string {
  if (!COLOUR.test(text)) throw badParam(name, `${name} must be #RRGGBB`);
  return text;
}
