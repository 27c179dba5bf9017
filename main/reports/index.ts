/*
 * The face of the reports room: model cards and evaluation reports, the archive all reports lie in, and
 * the parts other reports of this room are made of.
 */
import type { Clock, Random } from '../platform/index.ts';
import type { Store } from '../store/index.ts';
import { createReportArchive, type ReportArchive } from './reportArchive.ts';
import { createReportRepository } from './reportRepository.ts';
import { createModelReports, type ModelReports, type ReportsDeps as Deps } from './reports.ts';

export { anchorPage } from './anchorPage.ts';
export { assessmentFiles } from './assessmentPage.ts';
export { gapsOf, processingRecordFiles, type Signing } from './processingRecord.ts';
export { accessPackCounts, accessPackFiles, type AccessPackCounts } from './accessPack.ts';
export { breachFiles, breachTitle, type BreachDocument } from './breachDocument.ts';
export { receiptFiles, receiptJsonLd, receiptTitle, type Receipt } from './consentReceipt.ts';
export { noticeFiles, noticeTitle, type RecipientNotice } from './recipientNotice.ts';
export { letterFiles, letterTitle, type Letter } from './letters.ts';
export { retentionRunFiles, retentionRunTitle } from './retentionRun.ts';
export { portabilityFiles, portableItems } from './portability.ts';
export { escapeHtml, html, trusted, type Html } from './html.ts';
export { page, figures, type Figure, type Page } from './page.ts';
export { factList, table, type Column, type Fact } from './facts.ts';
export type { NewReport, ReportArchive, ReportFile } from './reportArchive.ts';
export type { ExportedFile, ModelReports } from './reports.ts';

export type ReportsDeps = Omit<Deps, 'archive' | 'repository'> & {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
};

export interface Reports extends ModelReports {
  /** Where access packs and certificates are kept too. */
  readonly archive: ReportArchive;
}

export function createReports(deps: ReportsDeps): Reports {
  const repository = createReportRepository(deps.store.db);
  const archive = createReportArchive({ ...deps, repository });
  return { ...createModelReports({ ...deps, archive, repository }), archive };
}
