/** Actions of the frame: they exist on every screen. */
import { LOCALES, LOCALE_NAME, t } from '../messages/index.ts';
import { getApp, useCommands, type Command } from '../state/index.ts';
import { ROOMS } from './rooms.ts';

export function useFrameCommands(): void {
  const app = getApp();
  useCommands((): readonly Command[] => [
    {
      id: 'frame.palette',
      title: t('command.palette'),
      group: t('command.group.general'),
      keys: ['Mod+K', 'Mod+Shift+P'],
      quiet: true,
      run: () => (app.commands.paletteOpen = !app.commands.paletteOpen),
    },
    {
      id: 'frame.keys',
      title: t('command.keys'),
      group: t('command.group.general'),
      keys: ['?'],
      run: () => (app.commands.sheetOpen = true),
    },
    {
      id: 'frame.purpose',
      title: t('command.purpose'),
      group: t('command.group.general'),
      keys: ['Mod+P'],
      run: () => (app.purposes.chooserOpen = true),
    },
    {
      id: 'frame.jobs',
      title: t('command.jobs'),
      group: t('command.group.general'),
      keys: ['Mod+J'],
      run: () => (app.jobs.trayOpen = true),
    },
    {
      id: 'frame.panel',
      title: t('command.panel'),
      group: t('command.group.general'),
      keys: ['Mod+B'],
      run: () => (app.asideOpen = !app.asideOpen),
    },
    {
      id: 'frame.lock',
      title: t('command.lock'),
      group: t('command.group.general'),
      keys: ['Mod+Shift+L'],
      run: () => void app.lock(),
    },
    ...ROOMS.filter((room) => app.session.may(room.needs)).map((room, index) => ({
      id: `go.${room.route}`,
      title: t('command.go', { room: t(room.title) }),
      group: t('command.group.go'),
      keys: index < 9 ? [`Mod+${index + 1}`] : [],
      run: () => app.route.go(room.route),
    })),
    ...(['light', 'dark', 'contrast', 'system'] as const).map((theme) => ({
      id: `theme.${theme}`,
      title: t(`command.theme.${theme}`),
      group: t('command.group.appearance'),
      run: () => void app.settings.change({ theme }),
    })),
    ...LOCALES.map((language) => ({
      id: `locale.${language}`,
      title: t('command.language', { name: LOCALE_NAME[language] }),
      group: t('command.group.appearance'),
      run: () => void app.settings.change({ locale: language }),
    })),
  ]);
}
