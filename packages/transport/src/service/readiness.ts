/** Rejects, or throws, with the reason why the service should get no requests now. */
export type ReadinessProbe = () => Promise<void> | void;

/** The probes that modules register; the service is ready when all of them pass. */
export class Readiness {
  private readonly probes = new Map<string, ReadinessProbe>();

  /** @throws where the name is taken */
  register(name: string, probe: ReadinessProbe): void {
    if (this.probes.has(name)) throw new Error(`the readiness probe ${name} is registered already`);
    this.probes.set(name, probe);
  }

  /** The names of the probes that fail now. */
  async failing(): Promise<string[]> {
    const outcomes = await Promise.all(
      [...this.probes].map(async ([name, probe]) => {
        try {
          await probe();
          return [];
        } catch {
          return [name];
        }
      }),
    );
    return outcomes.flat();
  }
}
