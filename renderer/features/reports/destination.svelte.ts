/** Who receives something and where: what every dialog that lets data out asks for. */
import { COUNTRY_CODES } from '../../../shared/domain/destinations.ts';
import { locale } from '../../messages/index.ts';

export class Destination {
  recipient = $state('');
  partyId = $state<string | null>(null);
  /** Null: where the site is. */
  country = $state<string | null>(null);

  get input() {
    return { recipient: this.recipient.trim(), partyId: this.partyId, country: this.country };
  }
  clear(): void {
    this.recipient = '';
    this.partyId = null;
    this.country = null;
  }
}

/** In the reader's language; the code where the machine does not know the name. */
export const countryName = (code: string): string =>
  new Intl.DisplayNames([locale.lang], { type: 'region', fallback: 'code' }).of(code) ?? code;

/** By name, as the reader's language sorts. */
export function countries(): readonly { readonly value: string; readonly label: string }[] {
  const { compare } = new Intl.Collator(locale.lang);
  return COUNTRY_CODES.map((value) => ({ value, label: countryName(value) })).sort((a, b) =>
    compare(a.label, b.label),
  );
}
