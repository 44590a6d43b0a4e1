// What readers of a feed are shown, as JSON.
import type { Micros } from '@tallystick/ledger-core';
import { exactAmount } from '@tallystick/transport/service';
import type { Item } from './feed-items.js';

const MICRODEGREES = 1_000_000;

/** @throws ProblemError, 422, where an amount is beyond 2^53 - 1: it is refused, not rounded */
export function itemShown(item: Item) {
  return {
    id: item.id,
    account_id: item.accountId,
    created: instant(item.created),
    updated: instant(item.updated),
    revision: exactAmount(item.revision),
    settled: item.settled === null ? null : instant(item.settled),
    kind: item.kind,
    status: item.status,
    decline_reason: item.declineReason,
    amount: exactAmount(item.amount),
    refunded: exactAmount(item.refunded),
    dispute: disputeShown(item.dispute),
    currency: item.currency,
    local_amount: item.localAmount === null ? null : exactAmount(item.localAmount),
    local_currency: item.localCurrency,
    description: item.description,
    mcc: item.mcc,
    related: item.related,
    category: item.category,
    merchant: merchantShown(item.merchant),
    include_in_spending: item.includeInSpending,
    basic: basicShown(item.basic),
  };
}

function disputeShown(dispute: Item['dispute']) {
  if (dispute === null) return null;
  return { status: dispute.status, claim: exactAmount(dispute.claim), credited: exactAmount(dispute.credited) };
}

function merchantShown(merchant: Item['merchant']) {
  if (merchant === null) return null;
  const { id, name, location, confidence } = merchant;
  if (location === null) return { id, name, location: null, confidence };
  const { address, city, region, country, postcode, latitude, longitude } = location;
  const place = { address, city, region, country, postcode };
  return {
    id,
    name,
    location: { ...place, latitude: degrees(latitude), longitude: degrees(longitude) },
    confidence,
  };
}

function basicShown(basic: Item['basic']) {
  if (basic === null) return null;
  const { title, body, imageUrl, url, backgroundColor, titleColor, bodyColor } = basic;
  return {
    title,
    body,
    image_url: imageUrl,
    url,
    background_color: backgroundColor,
    title_color: titleColor,
    body_color: bodyColor,
  };
}

function degrees(microdegrees: number | null): number | null {
  return microdegrees === null ? null : microdegrees / MICRODEGREES;
}

function instant(at: Micros): string {
  return new Date(Number(at / 1000n)).toISOString();
}
