/**
 * Line icons on a 16 px grid, drawn for this product: one path each, 1.4 px strokes. An icon always stands
 * beside a word or on a button with a name; it is never the only sign.
 */
export const ICONS = {
  home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5V13h8V6.5M6.75 13V9.5h2.5V13',
  documents: 'M4 2.5h5L12 5.5v8H4zM9 2.5v3h3M6 8.5h4M6 11h4',
  consent: 'M3 8.5 6.5 12 13 4.5',
  labeling: 'M2.5 12.5h11M4.5 9.8 10 4.3l1.8 1.8-5.5 5.5-2.3.5z',
  snapshots: 'M2.5 5 8 2.5 13.500 5 8 7.500zM2.500 8 8 10.500 13.500 8M2.500 11 8 13.500 13.500 11',
  training: 'M2.500 2.500v11h11M4.500 5c1 5 4 6.500 9 6.500',
  evaluation: 'M3 13.500V9.500M6.500 13.500v-7M10 13.500V8M13.500 13.500V3.500',
  requests: 'M2.500 4h11v8h-11zM2.500 4.500 8 9l5.500-4.500',
  reports: 'M3.500 2.500h9v11h-9zM6 5.500h4M6 8h4M6 10.500h2.500',
  audit: 'M5.500 3.500h8M5.500 8h8M5.500 12.500h8M2.500 3.500h.5M2.500 8h.5M2.500 12.500h.5',
  settings: 'M2.500 4.500h6M11.500 4.500h2M2.500 11.500h2M7.500 11.500h6M8.500 3v3M5.500 10v3',
  search: 'M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM10.500 10.500l3 3',
  lock: 'M4 7.500h8v6H4zM5.500 7.500V5a2.500 2.500 0 0 1 5 0v2.500',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.500 6.500 12 13 4.500',
  chevronDown: 'M4 6l4 4 4-4',
  chevronRight: 'M6 4l4 4-4 4',
  chevronLeft: 'M10 4 6 8l4 4',
  panel: 'M2.500 3h11v10h-11zM10 3v10',
  warn: 'M8 2.500 14 13H2zM8 6.500v3M8 11.300v.4',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.300V11M8 5v.4',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  download: 'M8 2.500v7.500M4.500 7 8 10.500 11.500 7M3 13.500h10',
  import: 'M8 2.500v7.500M4.500 7 8 10.500 11.500 7M2.500 10v3.500h11V10',
  shield: 'M8 2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4z',
  person:
    'M8 8a2.750 2.750 0 1 0 0-5.500A2.750 2.750 0 0 0 8 8zM2.750 13.500c.6-2.700 2.600-4 5.250-4s4.650 1.300 5.250 4',
  eyeOff:
    'M2 8c1.500-2.700 3.500-4 6-4s4.500 1.300 6 4c-1.500 2.700-3.500 4-6 4S3.500 10.700 2 8zM3 13 13 3',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.500V8l2.500 1.500',
  play: 'M5 3.500 12 8l-7 4.500z',
  stop: 'M4.500 4.500h7v7h-7z',
  compare: 'M2.500 3h4.500v10H2.500zM9 3h4.500v10H9z',
  key: 'M5.500 10.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8.500 7.500h5V10M11.500 7.500v2',
  folder: 'M2.500 4h4l1.500 1.500h5.500V12.500h-11z',
  jobs: 'M3 4.500h10M3 8h6M3 11.500h8',
  undo: 'M6 3 3 6l3 3M3 6h6.500a3.500 3.500 0 0 1 0 7H6',
  trash: 'M3 4.500h10M6 4.500v-2h4v2M4.500 4.500l.5 9h6l.5-9',
} as const;
export type IconName = keyof typeof ICONS;
