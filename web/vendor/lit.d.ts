/** The part of Lit 3 that this project uses, for the type checker. */
export interface TemplateResult {
  readonly _$litType$: number;
  readonly strings: TemplateStringsArray;
  readonly values: unknown[];
}
export class CSSResult {
  readonly cssText: string;
}
export type CSSResultGroup = CSSResult | CSSStyleSheet | CSSResultGroup[];
export type PropertyValues = Map<PropertyKey, unknown>;
export interface PropertyDeclaration {
  attribute?: boolean | string;
  type?: unknown;
  reflect?: boolean;
  state?: boolean;
  converter?: unknown;
  noAccessor?: boolean;
  hasChanged?(value: any, old: any): boolean;
}
export type PropertyDeclarations = { readonly [key: string]: PropertyDeclaration };
export interface ReactiveController {
  hostConnected?(): void;
  hostDisconnected?(): void;
  hostUpdate?(): void;
  hostUpdated?(): void;
}
export class ReactiveElement extends HTMLElement {
  static properties: PropertyDeclarations;
  static styles: CSSResultGroup;
  static shadowRootOptions: ShadowRootInit;
  readonly isUpdatePending: boolean;
  readonly hasUpdated: boolean;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly updateComplete: Promise<boolean>;
  requestUpdate(name?: PropertyKey, old?: unknown): void;
  addController(controller: ReactiveController): void;
  removeController(controller: ReactiveController): void;
  connectedCallback(): void;
  disconnectedCallback(): void;
  protected createRenderRoot(): HTMLElement | DocumentFragment;
  protected willUpdate(changed: PropertyValues): void;
  protected shouldUpdate(changed: PropertyValues): boolean;
  protected firstUpdated(changed: PropertyValues): void;
  protected updated(changed: PropertyValues): void;
}
export class LitElement extends ReactiveElement {
  protected render(): unknown;
}
export function html(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult;
export function svg(strings: TemplateStringsArray, ...values: unknown[]): TemplateResult;
export function css(strings: TemplateStringsArray, ...values: (CSSResult | number)[]): CSSResult;
export function unsafeCSS(value: unknown): CSSResult;
export function render(
  value: unknown,
  container: HTMLElement | DocumentFragment,
  options?: object,
): unknown;
export const nothing: unique symbol;
export const noChange: unique symbol;

export const PartType: {
  ATTRIBUTE: 1;
  CHILD: 2;
  PROPERTY: 3;
  BOOLEAN_ATTRIBUTE: 4;
  EVENT: 5;
  ELEMENT: 6;
};
export interface PartInfo {
  readonly type: number;
}
export interface ElementPart {
  readonly element: HTMLElement;
}
export class Directive {
  constructor(info: PartInfo);
  render(...args: any[]): unknown;
  update(part: any, args: any[]): unknown;
}
export class AsyncDirective extends Directive {
  readonly isConnected: boolean;
  setValue(value: unknown): void;
  protected disconnected(): void;
  protected reconnected(): void;
}
export interface DirectiveResult {
  readonly _$litDirective$: unknown;
}
export function directive<A extends any[]>(
  c: new (info: PartInfo) => { render(...args: A): unknown },
): (...args: A) => DirectiveResult;
export interface Ref<T = Element> {
  readonly value?: T;
}
export function createRef<T = Element>(): Ref<T>;
export function ref(target: Ref<any> | ((element: Element | undefined) => void)): DirectiveResult;
export function repeat<T>(
  items: Iterable<T>,
  key: (item: T, index: number) => unknown,
  template: (item: T, index: number) => unknown,
): DirectiveResult;
export function classMap(classes: Record<string, unknown>): DirectiveResult;
export function styleMap(styles: Record<string, unknown>): DirectiveResult;
export function live(value: unknown): DirectiveResult;
export function when<T>(condition: unknown, yes: () => T, no?: () => unknown): unknown;
export function ifDefined<T>(value: T): NonNullable<T> | typeof nothing;
export function guard(deps: unknown[], f: () => unknown): DirectiveResult;
export function cache(value: unknown): DirectiveResult;
