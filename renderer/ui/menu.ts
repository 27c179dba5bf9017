import type { IconName } from './icons.ts';

export interface MenuItem {
  readonly id: string;
  readonly title: string;
  readonly icon?: IconName;
  readonly disabled?: boolean;
  readonly danger?: boolean;
  readonly run: () => void;
}
