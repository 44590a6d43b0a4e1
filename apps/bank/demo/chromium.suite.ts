// A browser on the machine, driven over its own protocol: what a page shows to people.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../bank-process.suite.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The browser's command; undefined where there is none. */
export function findChromium(): string | undefined {
  return NAMES.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

interface Reply {
  readonly id?: number;
  readonly result?: { readonly targetId?: string; readonly sessionId?: string; readonly result?: { value?: unknown } };
  readonly error?: { readonly message: string };
}

export class Chromium {
  private readonly profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private sent = 0;
  private socket: WebSocket | undefined;
  private readonly child: ChildProcess;
  private stderr = '';

  private constructor(command: string) {
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
    const own = ['--remote-debugging-port=0', `--user-data-dir=${this.profile}`, 'about:blank'];
    this.child = spawn(command, [...flags, ...own], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  static async start(command: string): Promise<Chromium> {
    const browser = new Chromium(command);
    const url = await until('the browser starts', () => /listening on (ws:\S+)/.exec(browser.stderr)?.[1]);
    await browser.connect(url);
    return browser;
  }

  /** Opens a page; what it evaluates there is an expression of JavaScript. */
  async open(url: string): Promise<{ evaluate(expression: string): Promise<unknown> }> {
    const { targetId } = await this.send('Target.createTarget', { url });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return {
      evaluate: async (expression) => {
        const asked = { expression, awaitPromise: true, returnByValue: true };
        return (await this.send('Runtime.evaluate', asked, sessionId)).result?.value;
      },
    };
  }

  async close(): Promise<void> {
    this.socket?.close();
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }

  private async connect(url: string): Promise<void> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    socket.onmessage = ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply; // the protocol's own shape
      if (reply.id !== undefined) this.waiting.get(reply.id)?.(reply);
    };
    this.socket = socket;
  }

  private async send(method: string, params: object, sessionId?: string): Promise<NonNullable<Reply['result']>> {
    const id = ++this.sent;
    const reply = await new Promise<Reply>((resolve) => {
      this.waiting.set(id, resolve);
      this.socket?.send(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }));
    });
    this.waiting.delete(id);
    if (reply.result === undefined) throw new Error(`${method}: ${reply.error?.message}`);
    return reply.result;
  }
}
