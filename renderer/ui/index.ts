/**
 * The UI kit. A screen is `<Screen title bar actions>`; what belongs to the selection goes into `<Aside>`
 * (context panel); data comes through `useQuery` and is shown by `<QueryView {query}>`, which holds the
 * loading and failing states; `EmptyState` offers the next step, `WithheldState` says which step of the
 * gate refused. Lists are `DataTable`, names and values `Facts`, numbers `Stat`, text with spans
 * `MarkedText` (classes `mark label-N pattern depth-N` from marks.css for own renderings). Floating parts
 * (`Dialog`, `Menu`, `Popover`, `Tooltip`, `Tabs`) are bits-ui underneath. Arrangement classes: `stack`,
 * `stack-tight`, `row`, `row-wrap`, `between`, `pad`, `measure`, `muted`, `faint`, `num`, `mono`,
 * `section-title`, `visually-hidden`; tokens are CSS variables in tokens.css. No text in markup: every
 * word comes from `t('key')`. No static `style` attributes: use classes or `style:name={value}`.
 */
export { default as Aside } from './Aside.svelte';
export { default as Button } from './Button.svelte';
export { default as Card } from './Card.svelte';
export { default as Check } from './Check.svelte';
export { default as Chip } from './Chip.svelte';
export { default as ChoiceCards } from './ChoiceCards.svelte';
export { default as CopyButton } from './CopyButton.svelte';
export { default as DataTable } from './DataTable.svelte';
export { default as Dialog } from './Dialog.svelte';
export { default as EmptyState } from './EmptyState.svelte';
export { default as Facts } from './Facts.svelte';
export { default as FailingState } from './FailingState.svelte';
export { default as FaultSentences } from './FaultSentences.svelte';
export { default as Field } from './Field.svelte';
export { default as FileButton } from './FileButton.svelte';
export { default as FileZone } from './FileZone.svelte';
export { default as Hash } from './Hash.svelte';
export { default as Icon } from './Icon.svelte';
export { default as IconButton } from './IconButton.svelte';
export { default as Input } from './Input.svelte';
export { default as Keys } from './Keys.svelte';
export { default as LabelSwatch } from './LabelSwatch.svelte';
export { default as Loading } from './Loading.svelte';
export { default as MarkedText } from './MarkedText.svelte';
export { default as Menu } from './Menu.svelte';
export { default as Notice } from './Notice.svelte';
export { default as Popover } from './Popover.svelte';
export { default as Progress } from './Progress.svelte';
export { default as QueryView } from './QueryView.svelte';
export { default as Screen } from './Screen.svelte';
export { default as Section } from './Section.svelte';
export { default as Segmented } from './Segmented.svelte';
export { default as Select } from './Select.svelte';
export { default as Stat } from './Stat.svelte';
export { default as Tabs } from './Tabs.svelte';
export { default as TextArea } from './TextArea.svelte';
export { default as Tooltip } from './Tooltip.svelte';
export { default as WithheldState } from './WithheldState.svelte';
export { definedLooks, labelLooks, type LabelLook, type Underline } from './palette.ts';
export {
  assignLevels,
  layOut,
  pickSpan,
  type Fragment,
  type Leveled,
  type MarkedSpan,
  type Paragraph,
} from './fragments.ts';
export type { Column } from './table.ts';
export type { IconName } from './icons.ts';
export type { MenuItem } from './menu.ts';
