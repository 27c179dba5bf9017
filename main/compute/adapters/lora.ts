/**
 * Low-rank adaptation (Hu et al. 2021, https://arxiv.org/abs/2106.09685): beside a frozen product x·W
 * stands (alpha / rank)·x·A·B, of which only A and B move. B starts at zero, so an adapted model begins as
 * the model it adapts. Injection happens in the dynamic graph, before parameters are lifted.
 */
import { fault } from '../fault.ts';
import {
  createBuilder,
  floatsOf,
  floatTensor,
  type Graph,
  type Node,
  type Tensor,
} from '../onnx/index.ts';
import { stream } from '../random.ts';

export interface LoraSettings {
  readonly rank: number;
  readonly alpha: number;
  /** Last parts of module names: `query`, or `attention.self.query`. */
  readonly targets: readonly string[];
}

/** The weight of a linear layer, as the survey of a graph describes it. */
export interface LinearWeight {
  readonly name: string;
  readonly module: string;
  /** Stored as [in, out]. */
  readonly transposed: boolean;
}

/** One adapted layer. `a` [in, rank] and `b` [rank, out] name initializers of the adapted graph. */
export interface LoraSite {
  readonly module: string;
  readonly weight: LinearWeight;
  readonly inner: number;
  readonly outer: number;
  readonly a: string;
  readonly b: string;
}

export interface Adapted {
  readonly graph: Graph;
  readonly sites: readonly LoraSite[];
}

const matches = (module: string, target: string): boolean =>
  module === target || module.endsWith(`.${target}`);

const lastPart = (module: string): string => module.slice(module.lastIndexOf('.') + 1);

/** @throws Fault 'bad-request' for a target that no layer has, listing the names there are. */
export function selectWeights(
  weights: readonly LinearWeight[],
  targets: readonly string[],
): LinearWeight[] {
  const known = [...new Set(weights.map(({ module }) => lastPart(module)))]
    .filter((name) => name !== '')
    .toSorted();
  for (const target of targets)
    if (!weights.some(({ module }) => matches(module, target)))
      throw fault(
        'bad-request',
        known.length === 0
          ? 'The file does not name the layers of the model, so none can be chosen to be adapted. Train all weights or the head.'
          : `The model has no layer named "${target}". Layers that can be adapted: ${known.join(', ')}.`,
      );
  return weights.filter(({ module }) => targets.some((target) => matches(module, target)));
}

/**
 * @param weights the linear layers that may be adapted; the head, trained whole, is not among them.
 * @throws Fault 'bad-request' for a target that no layer has.
 */
export function injectLora(
  graph: Graph,
  weights: readonly LinearWeight[],
  settings: LoraSettings,
  seed: number,
): Adapted {
  const chosen = selectWeights(weights, settings.targets);
  const sites = new Map(
    chosen.map((weight): [string, LoraSite] => {
      const dims = (graph.initializers.get(weight.name) as Tensor).dims as [number, number];
      const [inner, outer] = weight.transposed ? dims : [dims[1], dims[0]];
      const stem = `lora/${weight.module || weight.name}`;
      return [
        weight.name,
        { module: weight.module, weight, inner, outer, a: `${stem}/A`, b: `${stem}/B` },
      ];
    }),
  );
  const initializers = new Map(graph.initializers);
  for (const site of sites.values()) {
    initializers.set(site.a, randomA(site, settings.rank, seed));
    initializers.set(
      site.b,
      floatTensor([settings.rank, site.outer], new Float32Array(settings.rank * site.outer)),
    );
  }
  const rootOf = createRoots(graph);
  const builder = createBuilder('lora');
  const scale = builder.floats([settings.alpha / settings.rank], []);
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const site = isProduct(node) ? sites.get(rootOf(node.inputs[1] as string)) : undefined;
    if (!site) return [node];
    const output = node.outputs[0] as string;
    const plain = `${output}/plain`;
    const from = builder.nodes.length;
    const down = builder.op('Mul', [
      builder.op('MatMul', [node.inputs[0] as string, site.a]),
      scale,
    ]);
    builder.op('Add', [plain, builder.op('MatMul', [down, site.b])]);
    const added = builder.nodes.slice(from);
    const last = added.pop() as Node;
    return [{ ...node, outputs: [plain] }, ...added, { ...last, outputs: [output] }];
  });
  for (const [name, tensor] of builder.initializers) initializers.set(name, tensor);
  return { graph: { ...graph, nodes, initializers }, sites: [...sites.values()] };
}

/**
 * W += (alpha / rank)·A·B for each layer, so that the model runs without adapters.
 * @param values of `a` and `b` by name.
 */
export function mergeLora(
  graph: Graph,
  sites: readonly LoraSite[],
  settings: Pick<LoraSettings, 'rank' | 'alpha'>,
  values: (name: string) => Float32Array,
): Graph {
  const { rank, alpha } = settings;
  const initializers = new Map(graph.initializers);
  for (const { weight, inner, outer, a: aName, b: bName } of sites) {
    const tensor = initializers.get(weight.name) as Tensor;
    const merged = floatsOf(tensor).slice();
    const [a, b] = [values(aName), values(bName)];
    const [inStep, outStep] = weight.transposed ? [outer, 1] : [1, inner];
    for (let i = 0; i < inner; i++)
      for (let o = 0; o < outer; o++) {
        let sum = 0;
        for (let r = 0; r < rank; r++)
          sum += (a[i * rank + r] as number) * (b[r * outer + o] as number);
        const at = i * inStep + o * outStep;
        merged[at] = (merged[at] as number) + (alpha / rank) * sum;
      }
    initializers.set(weight.name, floatTensor(tensor.dims, merged));
  }
  return { ...graph, initializers };
}

/** Kaiming uniform with a = sqrt(5), as PEFT: uniform within ±1/sqrt(in). */
function randomA({ module, weight, inner }: LoraSite, rank: number, seed: number): Tensor {
  const random = stream(seed, 'lora', module || weight.name);
  const bound = 1 / Math.sqrt(inner);
  return floatTensor(
    [inner, rank],
    Float32Array.from({ length: inner * rank }, () => bound * (2 * random.uniform() - 1)),
  );
}

const isProduct = ({ op, domain }: Node): boolean =>
  domain === '' && (op === 'MatMul' || op === 'Gemm');

/** The initializer behind a value, through the nodes that only turn it. */
function createRoots(graph: Graph): (value: string) => string {
  const turned = new Map<string, string>();
  for (const { op, inputs, outputs } of graph.nodes)
    if (op === 'Transpose' || op === 'Identity')
      turned.set(outputs[0] as string, inputs[0] as string);
  return (value) => {
    let name = value;
    for (let next = turned.get(name); next !== undefined; next = turned.get(name)) name = next;
    return name;
  };
}
