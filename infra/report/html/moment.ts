// A time as a person reads it, without fractions of a second.
import { type Html, html } from './html.ts';

/** @param iso ISO 8601, UTC */
export const moment = (iso: string): Html =>
  html`<time datetime="${iso}">${iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')}</time>`;
