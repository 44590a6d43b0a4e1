// What is known of a customer as a person. All of it is personal text: sealed in events and rows, and opened at the last moment.
import type { accountsContract, RequestOf, ResponseOf } from '@tallystick/contracts';
import type { PersonalText } from '@tallystick/events';

type Methods = (typeof accountsContract)['methods'];
export type UserDetails = RequestOf<Methods['registerUser']>['details'];
export type DetailChanges = RequestOf<Methods['changeUser']>['changes'];
export type OwnerName = ResponseOf<Methods['ownerNames']>['names'][number];

/** What is not given is not sealed. */
export function textOf(details: UserDetails): PersonalText {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(details)) if (value !== null) text[name] = value;
  return text;
}

export function detailsOf(text: PersonalText): UserDetails {
  return {
    name: text.name ?? '',
    preferredName: text.preferredName ?? null,
    preferredFirstName: text.preferredFirstName ?? null,
    email: text.email ?? null,
    phone: text.phone ?? null,
    address: text.address ?? null,
    dateOfBirth: text.dateOfBirth ?? null,
  };
}

/** What the changes leave out stays as it was; what they set to null goes. */
export function changed(text: PersonalText, changes: DetailChanges): PersonalText {
  const next: Record<string, string> = { ...text };
  for (const { field, value } of changes) {
    if (value === null) delete next[field];
    else next[field] = value;
  }
  return next;
}

/** How the customer wants to be called; the first word of it where nobody said which of the names comes first. */
export function preferredNames({ name, preferredName, preferredFirstName }: UserDetails): Omit<OwnerName, 'userId'> {
  const preferred = preferredName ?? name;
  return { preferredName: preferred, preferredFirstName: preferredFirstName ?? preferred.split(' ')[0] ?? '' };
}
