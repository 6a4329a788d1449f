/** The part of @lit/context 1 that this project uses, for the type checker. */
import type { ReactiveController, ReactiveElement } from "/web/vendor/lit.js";

export interface Context<T> {
  readonly __value__: T;
}
export function createContext<T>(key: unknown): Context<T>;
export class ContextProvider<T> implements ReactiveController {
  constructor(host: ReactiveElement, options: { context: Context<T>; initialValue: T });
  readonly value: T;
  setValue(value: T, force?: boolean): void;
}
export class ContextConsumer<T> implements ReactiveController {
  constructor(
    host: ReactiveElement,
    options: {
      context: Context<T>;
      subscribe?: boolean;
      callback?: (value: T, unsubscribe?: () => void) => void;
    },
  );
  readonly value: T | undefined;
}
