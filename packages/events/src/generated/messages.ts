// Generated from schemas/avro by `npm run generate`; do not edit.

import type { Micros } from '@tallystick/ledger-core';
import type { ReleasedSchema } from './catalogue.js';

/** What is asked: 0100 or 0200, an incremental 0100, 0120, 0400 or 0420. */
export type GatewayMessage = 'authorisation' | 'increment' | 'advice' | 'reversal';

/** Exactly one of the two; never a card number. */
export interface GatewayCard {
  /** card_ and so on. */
  readonly id: string | null;
  /** tok_ and so on. */
  readonly token: string | null;
}

/** An amount and what it is in. */
export interface GatewayMoney {
  /** Whole minor units, such as pence. */
  readonly amount: bigint;
  /** ISO 4217. */
  readonly currency: string;
}

/** Where the card was used. */
export interface GatewayMerchant {
  /** As the scheme gives it. */
  readonly name: string;
  /** Merchant category code, four digits. */
  readonly mcc: string | null;
  /** ISO 3166, two or three letters. */
  readonly country: string | null;
}

/** What the money is for. */
export type GatewayKind = 'purchase' | 'cash' | 'cashback' | 'status_inquiry' | 'credit';

/** How the card was read. */
export type GatewayChannel = 'online' | 'contactless' | 'chip' | 'magstripe' | 'atm' | 'other';

/** The scheme's keys of a message. */
export interface GatewayKeys {
  /** DE32. */
  readonly acquirer: string;
  /** DE11. */
  readonly stan: string;
  /** DE37. */
  readonly rrn: string;
  /** DE12 and DE13. */
  readonly transmitted_at: string;
}

/** What came of checking the code on the card. */
export type GatewayCvc = 'match' | 'no_match' | 'not_present';

/** recorded for messages that are never refused. */
export type GatewayDecision = 'approved' | 'declined' | 'recorded';

/** A decision; a decline is one too. */
export interface GatewayAnswer {
  /** What was decided. */
  readonly decision: GatewayDecision;
  /** The rung of the decline ladder. */
  readonly reason: string | null;
  /** DE39. */
  readonly response_code: string;
  /** For later messages about it. */
  readonly authorisation_id: string | null;
  /** The same id. */
  readonly transaction_id: string | null;
  /** Null where no account is concerned. */
  readonly account_id: string | null;
  /** What was approved; of a partial approval less than was asked for. */
  readonly amount: GatewayMoney | null;
  /** Minor units of the account's currency. */
  readonly available: bigint | null;
  /** Journal id and position, for reads that must see it. */
  readonly position: string;
}

/** More about an error. */
export interface GatewayErrorParam {
  /** Such as decision. */
  readonly name: string;
  /** As text. */
  readonly value: string;
}

/** Why a request was refused or is not answered. */
export interface GatewayError {
  /** Stable; the codes are those of the HTTP gateway. */
  readonly code: string;
  /** For a person; never holds what was sent. */
  readonly message: string;
  /** The status that HTTP has for it. */
  readonly status: number;
  /** Whether the same request, with the same key, may succeed later. */
  readonly retryable: boolean;
  /** What is known nevertheless; mostly empty. */
  readonly params: readonly GatewayErrorParam[];
}

/** What a card gateway asks over Kafka. The fields are those of the same message over HTTP, by the same names; null stands for a field that is left out. */
export interface AuthorisationRequest {
  /** Repeated in the response; 1 to 255 printable ASCII characters. */
  readonly request_id: string;
  /** The same key and content give the first answer again, over HTTP too. */
  readonly idempotency_key: string;
  /** Which message of the card scheme this stands for. */
  readonly message: GatewayMessage;
  /** The card used. */
  readonly card: GatewayCard;
  /** When it counts; now where it is null. */
  readonly at: Micros | null;
  /** What is asked for. */
  readonly amount: GatewayMoney | null;
  /** Where the card was used. */
  readonly merchant: GatewayMerchant | null;
  /** The bank's own scheme where it is null. */
  readonly scheme: string | null;
  /** purchase where it is null. */
  readonly kind: GatewayKind | null;
  /** other where it is null. */
  readonly channel: GatewayChannel | null;
  /** The part that is cash. */
  readonly cash_amount: GatewayMoney | null;
  /** What the merchant charged, in the merchant's currency. */
  readonly local_amount: GatewayMoney | null;
  /** The scheme's keys of this message. */
  readonly keys: GatewayKeys | null;
  /** false where it is null. */
  readonly pre_authorisation: boolean | null;
  /** Of an authorisation; false where it is null. */
  readonly partial_allowed: boolean | null;
  /** Of an authorisation: 0200; false where it is null. */
  readonly single_message: boolean | null;
  /** not_present where it is null. */
  readonly cvc: GatewayCvc | null;
  /** Of an advice: DE39 that the scheme answered with. */
  readonly response_code: string | null;
  /** Which authorisation an increment, advice or reversal is about. */
  readonly authorisation_id: string | null;
  /** The same by the scheme's keys of the authorisation. */
  readonly original_keys: GatewayKeys | null;
  /** Of a reversal: the new total; nothing is left where it is null. */
  readonly replacement_amount: GatewayMoney | null;
}

/** What was decided, or why nothing was: exactly one of answer and error. */
export interface AuthorisationResponse {
  /** Of the request. */
  readonly request_id: string;
  /** Null where nothing was decided. */
  readonly answer: GatewayAnswer | null;
  /** Null where there is an answer. */
  readonly error: GatewayError | null;
}

/** Every message there is, by name. */
export interface Messages {
  readonly AuthorisationRequest: AuthorisationRequest;
  readonly AuthorisationResponse: AuthorisationResponse;
}

/** Every released schema of a message, by name, oldest version first. */
export const messageCatalogue: readonly ReleasedSchema[] = [
  { name: 'AuthorisationRequest', aggregate: 'gateway', version: 1, schema: "{\"type\":\"record\",\"name\":\"AuthorisationRequest\",\"namespace\":\"tallystick.gateway\",\"doc\":\"What a card gateway asks over Kafka. The fields are those of the same message over HTTP, by the same names; null stands for a field that is left out.\",\"fields\":[{\"name\":\"request_id\",\"type\":\"string\",\"doc\":\"Repeated in the response; 1 to 255 printable ASCII characters.\"},{\"name\":\"idempotency_key\",\"type\":\"string\",\"doc\":\"The same key and content give the first answer again, over HTTP too.\"},{\"name\":\"message\",\"type\":{\"type\":\"enum\",\"name\":\"GatewayMessage\",\"doc\":\"What is asked: 0100 or 0200, an incremental 0100, 0120, 0400 or 0420.\",\"symbols\":[\"authorisation\",\"increment\",\"advice\",\"reversal\"]},\"doc\":\"Which message of the card scheme this stands for.\"},{\"name\":\"card\",\"type\":{\"type\":\"record\",\"name\":\"GatewayCard\",\"doc\":\"Exactly one of the two; never a card number.\",\"fields\":[{\"name\":\"id\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"card_ and so on.\"},{\"name\":\"token\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"tok_ and so on.\"}]},\"doc\":\"The card used.\"},{\"name\":\"at\",\"type\":[\"null\",{\"type\":\"long\",\"logicalType\":\"timestamp-micros\",\"tsType\":\"Micros\"}],\"default\":null,\"doc\":\"When it counts; now where it is null.\"},{\"name\":\"amount\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"GatewayMoney\",\"doc\":\"An amount and what it is in.\",\"fields\":[{\"name\":\"amount\",\"type\":\"long\",\"doc\":\"Whole minor units, such as pence.\"},{\"name\":\"currency\",\"type\":\"string\",\"doc\":\"ISO 4217.\"}]}],\"default\":null,\"doc\":\"What is asked for.\"},{\"name\":\"merchant\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"GatewayMerchant\",\"doc\":\"Where the card was used.\",\"fields\":[{\"name\":\"name\",\"type\":\"string\",\"doc\":\"As the scheme gives it.\"},{\"name\":\"mcc\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"Merchant category code, four digits.\"},{\"name\":\"country\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"ISO 3166, two or three letters.\"}]}],\"default\":null,\"doc\":\"Where the card was used.\"},{\"name\":\"scheme\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"The bank's own scheme where it is null.\"},{\"name\":\"kind\",\"type\":[\"null\",{\"type\":\"enum\",\"name\":\"GatewayKind\",\"doc\":\"What the money is for.\",\"symbols\":[\"purchase\",\"cash\",\"cashback\",\"status_inquiry\",\"credit\"]}],\"default\":null,\"doc\":\"purchase where it is null.\"},{\"name\":\"channel\",\"type\":[\"null\",{\"type\":\"enum\",\"name\":\"GatewayChannel\",\"doc\":\"How the card was read.\",\"symbols\":[\"online\",\"contactless\",\"chip\",\"magstripe\",\"atm\",\"other\"]}],\"default\":null,\"doc\":\"other where it is null.\"},{\"name\":\"cash_amount\",\"type\":[\"null\",\"GatewayMoney\"],\"default\":null,\"doc\":\"The part that is cash.\"},{\"name\":\"local_amount\",\"type\":[\"null\",\"GatewayMoney\"],\"default\":null,\"doc\":\"What the merchant charged, in the merchant's currency.\"},{\"name\":\"keys\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"GatewayKeys\",\"doc\":\"The scheme's keys of a message.\",\"fields\":[{\"name\":\"acquirer\",\"type\":\"string\",\"doc\":\"DE32.\"},{\"name\":\"stan\",\"type\":\"string\",\"doc\":\"DE11.\"},{\"name\":\"rrn\",\"type\":\"string\",\"doc\":\"DE37.\"},{\"name\":\"transmitted_at\",\"type\":\"string\",\"doc\":\"DE12 and DE13.\"}]}],\"default\":null,\"doc\":\"The scheme's keys of this message.\"},{\"name\":\"pre_authorisation\",\"type\":[\"null\",\"boolean\"],\"default\":null,\"doc\":\"false where it is null.\"},{\"name\":\"partial_allowed\",\"type\":[\"null\",\"boolean\"],\"default\":null,\"doc\":\"Of an authorisation; false where it is null.\"},{\"name\":\"single_message\",\"type\":[\"null\",\"boolean\"],\"default\":null,\"doc\":\"Of an authorisation: 0200; false where it is null.\"},{\"name\":\"cvc\",\"type\":[\"null\",{\"type\":\"enum\",\"name\":\"GatewayCvc\",\"doc\":\"What came of checking the code on the card.\",\"symbols\":[\"match\",\"no_match\",\"not_present\"]}],\"default\":null,\"doc\":\"not_present where it is null.\"},{\"name\":\"response_code\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"Of an advice: DE39 that the scheme answered with.\"},{\"name\":\"authorisation_id\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"Which authorisation an increment, advice or reversal is about.\"},{\"name\":\"original_keys\",\"type\":[\"null\",\"GatewayKeys\"],\"default\":null,\"doc\":\"The same by the scheme's keys of the authorisation.\"},{\"name\":\"replacement_amount\",\"type\":[\"null\",\"GatewayMoney\"],\"default\":null,\"doc\":\"Of a reversal: the new total; nothing is left where it is null.\"}]}" },
  { name: 'AuthorisationResponse', aggregate: 'gateway', version: 1, schema: "{\"type\":\"record\",\"name\":\"AuthorisationResponse\",\"namespace\":\"tallystick.gateway\",\"doc\":\"What was decided, or why nothing was: exactly one of answer and error.\",\"fields\":[{\"name\":\"request_id\",\"type\":\"string\",\"doc\":\"Of the request.\"},{\"name\":\"answer\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"GatewayAnswer\",\"doc\":\"A decision; a decline is one too.\",\"fields\":[{\"name\":\"decision\",\"type\":{\"type\":\"enum\",\"name\":\"GatewayDecision\",\"doc\":\"recorded for messages that are never refused.\",\"symbols\":[\"approved\",\"declined\",\"recorded\"]},\"doc\":\"What was decided.\"},{\"name\":\"reason\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"The rung of the decline ladder.\"},{\"name\":\"response_code\",\"type\":\"string\",\"doc\":\"DE39.\"},{\"name\":\"authorisation_id\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"For later messages about it.\"},{\"name\":\"transaction_id\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"The same id.\"},{\"name\":\"account_id\",\"type\":[\"null\",\"string\"],\"default\":null,\"doc\":\"Null where no account is concerned.\"},{\"name\":\"amount\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"GatewayMoney\",\"doc\":\"An amount and what it is in.\",\"fields\":[{\"name\":\"amount\",\"type\":\"long\",\"doc\":\"Whole minor units, such as pence.\"},{\"name\":\"currency\",\"type\":\"string\",\"doc\":\"ISO 4217.\"}]}],\"default\":null,\"doc\":\"What was approved; of a partial approval less than was asked for.\"},{\"name\":\"available\",\"type\":[\"null\",\"long\"],\"default\":null,\"doc\":\"Minor units of the account's currency.\"},{\"name\":\"position\",\"type\":\"string\",\"doc\":\"Journal id and position, for reads that must see it.\"}]}],\"default\":null,\"doc\":\"Null where nothing was decided.\"},{\"name\":\"error\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"GatewayError\",\"doc\":\"Why a request was refused or is not answered.\",\"fields\":[{\"name\":\"code\",\"type\":\"string\",\"doc\":\"Stable; the codes are those of the HTTP gateway.\"},{\"name\":\"message\",\"type\":\"string\",\"doc\":\"For a person; never holds what was sent.\"},{\"name\":\"status\",\"type\":\"int\",\"doc\":\"The status that HTTP has for it.\"},{\"name\":\"retryable\",\"type\":\"boolean\",\"doc\":\"Whether the same request, with the same key, may succeed later.\"},{\"name\":\"params\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"GatewayErrorParam\",\"doc\":\"More about an error.\",\"fields\":[{\"name\":\"name\",\"type\":\"string\",\"doc\":\"Such as decision.\"},{\"name\":\"value\",\"type\":\"string\",\"doc\":\"As text.\"}]}},\"doc\":\"What is known nevertheless; mostly empty.\"}]}],\"default\":null,\"doc\":\"Null where there is an answer.\"}]}" },
];
