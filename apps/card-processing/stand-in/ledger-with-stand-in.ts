// The ledger as the gateway asks it: where a message certainly never reached it, stand-in answers, and the outbox tells it later.
import type { ClientOf, ledgerContract } from '@tallystick/contracts';
import { CallFailed } from '@tallystick/transport';
import type { JournalName } from './journal-name.js';
import type { StandIn } from './stand-in.js';

type Ledger = ClientOf<typeof ledgerContract>;

export function ledgerWithStandIn(ledger: Ledger, standIn: StandIn, name: JournalName): Ledger {
  const execute: Ledger['execute'] = (request, context) => {
    const outstanding = standIn.outstanding(request);
    if (outstanding !== undefined) return Promise.resolve({ outcomes: [outstanding] });
    return ledger.execute(request, context).then(
      (response) => {
        standIn.heard(request, response.outcomes[0]);
        return response;
      },
      async (error: unknown) => {
        const outcome = await standIn.instead(request, error, context);
        if (outcome === undefined) throw error;
        return { outcomes: [outcome] };
      },
    );
  };

  const executeAll: Ledger['executeAll'] = async ({ requests }, context) => {
    const outstanding = requests.map((request) => standIn.outstanding(request));
    const asked = requests.filter((_, index) => outstanding[index] === undefined);
    const answers = asked.length === 0 ? [] : await askAll(asked, context);
    let next = 0;
    return {
      responses: outstanding.map((outcome) =>
        outcome === undefined ? (answers[next++] ?? { outcomes: [] }) : { outcomes: [outcome] },
      ),
    };
  };

  const askAll = async (
    requests: Parameters<Ledger['executeAll']>[0]['requests'],
    context: Parameters<Ledger['executeAll']>[1],
  ): Promise<Awaited<ReturnType<Ledger['executeAll']>>['responses']> => {
    try {
      const { responses } = await ledger.executeAll({ requests }, context);
      for (const [index, request] of requests.entries()) standIn.heard(request, responses[index]?.outcomes[0]);
      return responses;
    } catch (error) {
      const outcomes = await Promise.all(
        requests.map((request) => standIn.instead(request, error, context).catch(unanswered)),
      );
      if (outcomes.every((outcome) => outcome === undefined)) throw error;
      return outcomes.map((outcome) => ({ outcomes: outcome === undefined ? [] : [outcome] }));
    }
  };

  const journal: Ledger['journal'] = async (request, context) => {
    try {
      const found = await ledger.journal(request, context);
      name.learned(found.id);
      return found;
    } catch (error) {
      if (!(error instanceof CallFailed) || error.sent) throw error;
      const id = await name.known();
      if (id === undefined) throw error;
      return { id, head: 0n };
    }
  };

  return { ...ledger, execute, executeAll, journal };
}

/** One of several that nobody stood in for costs only itself. */
function unanswered(failure: unknown): undefined {
  if (!(failure instanceof CallFailed)) throw failure;
}
