/** The part of socket.io-client 4 that this project uses, for the type checker. */
export interface Socket {
  readonly connected: boolean;
  readonly active: boolean;
  readonly id?: string;
  auth: object | ((cb: (data: object) => void) => void);
  readonly io: { on(event: string, f: (...args: any[]) => void): void; engine?: { close(): void } };
  on(event: string, f: (...args: any[]) => void): Socket;
  off(event?: string, f?: (...args: any[]) => void): Socket;
  emit(event: string, ...args: any[]): Socket;
  timeout(ms: number): Socket;
  connect(): Socket;
  disconnect(): Socket;
}
export function io(uri: string, options?: object): Socket;
