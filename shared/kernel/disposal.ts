/** Whoever creates a listener, port or timer disposes of it; a stack does so in reverse order. */
export type Dispose = () => void;

export interface DisposeStack {
  add(dispose: Dispose): void;
  dispose(): void;
}

export function createDisposeStack(): DisposeStack {
  const stack: Dispose[] = [];
  return {
    add: (dispose) => void stack.push(dispose),
    dispose() {
      const errors: unknown[] = [];
      while (stack.length > 0) {
        try {
          stack.pop()?.();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, 'Disposal failed');
    },
  };
}
