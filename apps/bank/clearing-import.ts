// Clearing files as card-processing takes them in, for the command line.
export {
  type ClearingFileReport,
  type ClearingReport,
  type ClearingSource,
  importClearing,
} from '../card-processing/card-processing.module.js';
