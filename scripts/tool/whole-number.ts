import { UsageError } from './usage-error.ts';

/** Digits and nothing else. @throws UsageError naming the option */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${option} takes a whole number from ${least} to ${most}, not "${text}"`);
}
