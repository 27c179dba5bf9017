import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONSENT_AGES, consentAgeFor } from '../../../shared/domain/consentAge.ts';
import {
  ADEQUATE_COUNTRIES,
  COUNTRY_CODES,
  destinationGround,
  EEA_COUNTRIES,
} from '../../../shared/domain/destinations.ts';
import type { LegalBasis } from '../../../shared/domain/purpose.ts';

const none = (): boolean => false;

describe('where data may go', () => {
  it('knows every country once, and its lists name none that does not exist', () => {
    expect(new Set(COUNTRY_CODES).size).toBe(249);
    expect(COUNTRY_CODES.length).toBe(249);
    for (const code of [...EEA_COUNTRIES, ...ADEQUATE_COUNTRIES, ...Object.keys(CONSENT_AGES)]) {
      expect(COUNTRY_CODES).toContain(code);
    }
    expect(EEA_COUNTRIES.size).toBe(30);
  });

  it('lets it stay where the site is', () => {
    expect(destinationGround('DE', 'DE', none)).toBe('home');
    expect(destinationGround('CN', null, none)).toBe('home');
    expect(destinationGround(null, null, none)).toBe('home');
  });

  it('opens the EEA and the adequate countries to a site inside the EEA alone', () => {
    expect(destinationGround('DE', 'NO', none)).toBe('eea');
    expect(destinationGround('DE', 'CH', none)).toBe('adequacy');
    expect(destinationGround('CN', 'DE', none)).toBeNull();
    expect(destinationGround('CH', 'DE', none)).toBeNull();
    expect(destinationGround(null, 'DE', none)).toBeNull();
  });

  it('keeps a country with a decision for some recipients only closed', () => {
    expect(destinationGround('DE', 'US', none)).toBeNull();
    expect(destinationGround('DE', 'CA', none)).toBeNull();
    expect(destinationGround('DE', 'US', (code) => code === 'US')).toBe('transfer');
  });

  it('is closed unless something by name opens it', () => {
    const country = fc.constantFrom(...COUNTRY_CODES);
    fc.assert(
      fc.property(fc.option(country), country, (home, destination) => {
        const ground = destinationGround(home, destination, none);
        const inEea = home !== null && EEA_COUNTRIES.has(home);
        expect(ground !== null).toBe(
          destination === home ||
            (inEea && (EEA_COUNTRIES.has(destination) || ADEQUATE_COUNTRIES.has(destination))),
        );
      }),
    );
  });
});

describe('the age from which one consents alone', () => {
  const gdpr: LegalBasis = { article6: '6(1)(a)', article9: '9(2)(a)', piplSeparateConsent: false };
  const pipl: LegalBasis = { ...gdpr, piplSeparateConsent: true };

  it('is the country’s, else the strictest that Art. 8 knows', () => {
    expect(consentAgeFor({ country: 'DE', own: null }, gdpr)).toBe(16);
    expect(consentAgeFor({ country: 'SE', own: null }, gdpr)).toBe(13);
    expect(consentAgeFor({ country: null, own: null }, gdpr)).toBe(16);
    expect(consentAgeFor({ country: 'BR', own: null }, gdpr)).toBe(16);
  });

  it('is what the site set, never below that of the PIPL where it applies', () => {
    expect(consentAgeFor({ country: 'DE', own: 18 }, gdpr)).toBe(18);
    expect(consentAgeFor({ country: 'SE', own: 13 }, pipl)).toBe(14);
    expect(consentAgeFor({ country: 'DE', own: null }, pipl)).toBe(16);
  });

  it('lies between 13 and 16 everywhere', () => {
    for (const age of Object.values(CONSENT_AGES)) {
      expect(age).toBeGreaterThanOrEqual(13);
      expect(age).toBeLessThanOrEqual(16);
    }
  });
});
