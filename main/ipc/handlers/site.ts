// The site's country and its public holidays over the wire.
import { HOLIDAY_COUNTRIES } from '../../../shared/domain/holidays.ts';
import { ok } from '../../../shared/kernel/result.ts';
import type { Governance } from '../../governance/index.ts';
import type { Handlers } from './types.ts';

type SiteName = 'site.get' | 'site.set' | 'holiday.list' | 'holiday.set';

export function siteHandlers({
  governance: { calendar },
}: {
  readonly governance: Pick<Governance, 'calendar'>;
}): Pick<Handlers, SiteName> {
  const site = () => ok({ country: calendar.country(), countries: [...HOLIDAY_COUNTRIES] });
  return {
    'site.get': site,
    'site.set'({ country }, context) {
      calendar.setCountry(country);
      context.changed('settings', 'requests');
      return site();
    },
    'holiday.list': ({ country, year }) => ok({ items: calendar.list(country, year) }),
    'holiday.set'({ country, day, change, name }, context) {
      calendar.change(country, day, change, name);
      context.changed('settings', 'requests');
      return ok({ items: calendar.list(country, Number(day.slice(0, 4))) });
    },
  };
}
