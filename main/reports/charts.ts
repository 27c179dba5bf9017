/*
 * Drawings as inline SVG. Every one has a table beside it with the same numbers; color is never the only
 * carrier, and the ink comes from the style sheet, so light, dark and paper need one drawing.
 */
import type { TrainingPoint } from '../../shared/contract/index.ts';
import { html, type Html } from './html.ts';

const WIDTH = 760;
const LEFT = 44;
const RIGHT = 10;

/** Round steps on an axis: 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, about: number): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const values: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    values.push(Number((index * step).toPrecision(12)));
  }
  return values;
}

const num = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

const path = (points: readonly (readonly [x: number, y: number])[]): string =>
  points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${num(x)} ${num(y)}`).join('');

interface Panel {
  readonly top: number;
  readonly height: number;
  readonly title: string;
  readonly max: number;
}

/**
 * Loss above, development F1 below, over the same steps: two panels instead of two axes in one, which
 * would let the crossing of the lines mean something. The thin line is every point, the bold one their
 * running mean.
 */
export function lossCurve(points: readonly TrainingPoint[]): Html {
  const scored = points.flatMap(({ step, devF1 }) => (devF1 === null ? [] : [{ step, devF1 }]));
  const last = points.at(-1)?.step ?? 1;
  const first = Math.min(points[0]?.step ?? 0, last - 1);
  const x = (step: number): number =>
    LEFT + ((step - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const losses = points.map(({ loss }) => loss);
  // A first step can be far above the rest; the axis shows what most of the run looked like.
  const sorted = [...losses].sort((a, b) => a - b);
  const top = (sorted[Math.floor(sorted.length * 0.99)] ?? 1) * 1.08 || 1;
  const loss: Panel = { top: 22, height: 170, title: 'Loss per token, nats', max: top };
  const f1: Panel = {
    top: 240,
    height: 90,
    title: 'F1 on the development split, exact spans',
    max: 1,
  };
  const y = (panel: Panel, value: number): number =>
    panel.top + panel.height * (1 - Math.min(value, panel.max) / panel.max);
  const smooth = runningMean(losses, Math.max(1, Math.round(points.length / 40)));
  const height = scored.length > 0 ? f1.top + f1.height + 24 : loss.top + loss.height + 24;
  const bottom = scored.length > 0 ? f1 : loss;
  const frame = (panel: Panel, about: number): Html =>
    html`<text x="0" y="${panel.top - 9}">${panel.title}</text> ${ticks(0, panel.max, about).map(
        (value) =>
          html`<line
              class="${value === 0 ? 'base' : 'axis'}"
              x1="${LEFT}"
              x2="${WIDTH - RIGHT}"
              y1="${num(y(panel, value))}"
              y2="${num(y(panel, value))}"
            />
            <text x="${LEFT - 8}" y="${num(y(panel, value) + 4)}" text-anchor="end"
              >${value}</text
            >`,
      )}`;
  return html`<svg
    viewBox="0 0 ${WIDTH} ${height}"
    role="img"
    aria-label="Loss and development score over ${last} steps; the numbers stand in the table below"
  >
    ${frame(loss, 4)}
    <path
      class="line faint"
      d="${path(points.map((point) => [x(point.step), y(loss, point.loss)]))}"
    />
    <path
      class="line"
      d="${path(points.map((point, index) => [x(point.step), y(loss, smooth[index] ?? point.loss)]))}"
    />
    ${
      scored.length > 0 &&
      html`${frame(f1, 2)}<path
          class="line accent"
          d="${path(scored.map(({ step, devF1 }) => [x(step), y(f1, devF1)]))}"
        />
        ${scored.map(({ step, devF1 }) => html`<circle class="dot" cx="${num(x(step))}" cy="${num(y(f1, devF1))}" r="${scored.length > 60 ? 1.6 : 2.4}" />`)}`
    }
    ${ticks(first, last, 6).map(
      (step) =>
        html`<text x="${num(x(step))}" y="${bottom.top + bottom.height + 16}" text-anchor="middle"
          >${step}</text
        >`,
    )}
    <text x="${LEFT - 8}" y="${bottom.top + bottom.height + 16}" text-anchor="end">step</text>
  </svg>`;
}

/** Mean over the neighbors on both sides, fewer at the ends. */
export function runningMean(values: readonly number[], reach: number): number[] {
  return values.map((_, index) => {
    const window = values.slice(Math.max(0, index - reach), index + reach + 1);
    return window.reduce((sum, value) => sum + value, 0) / window.length;
  });
}

/** A score between 0 and 1 with its interval, one line high. */
export function whisker(
  value: number,
  interval: { readonly low: number; readonly high: number } | null,
): Html {
  const x = (fraction: number): string => num(4 + fraction * 182);
  return html`<svg viewBox="0 0 190 22" aria-hidden="true">
    <line class="track" x1="4" x2="186" y1="11" y2="11" />
    ${[0, 0.5, 1].map((at) => html`<line class="track" x1="${x(at)}" x2="${x(at)}" y1="7" y2="15" />`)}
    ${interval && html`<line class="whisker" x1="${x(interval.low)}" x2="${x(interval.high)}" y1="11" y2="11" />`}
    <circle class="${interval ? 'dot' : 'dot ring'}" cx="${x(value)}" cy="11" r="3.6" />
  </svg>`;
}
