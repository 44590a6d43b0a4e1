// What card-processing answers inside the bank.
import { Inject, Injectable } from '@nestjs/common';
import { cardProcessingContract, type HandlersOf } from '@tallystick/contracts';
import { Answers } from '@tallystick/transport/nest';
import { ClearingFiles } from './clearing/clearing-files.js';
import { RowImporter } from './import-rows.js';
import { tokenOfReference } from './references.js';
import { CardTokens } from './tokens.js';

type Handlers = HandlersOf<typeof cardProcessingContract>;

@Injectable()
@Answers(cardProcessingContract)
export class CardProcessingController implements Handlers {
  constructor(
    @Inject(RowImporter) private readonly importer: RowImporter,
    @Inject(CardTokens) private readonly tokens: CardTokens,
    @Inject(ClearingFiles) private readonly clearing: ClearingFiles,
  ) {}

  tokenise: Handlers['tokenise'] = async ({ cards }) => ({
    tokens: cards.map((card) => tokenOfReference(card, this.tokens)),
  });

  assignNumber: Handlers['assignNumber'] = async ({ name }) =>
    tokenOfReference(this.tokens.newNumber(name), this.tokens);

  importRows: Handlers['importRows'] = (request, context) => this.importer.importRows(request, context);

  readClearing: Handlers['readClearing'] = async (request) => this.clearing.read(request);

  postClearing: Handlers['postClearing'] = (request, context) => this.clearing.post(request, context);
}
