/*
 * The face of the models room: the registry of trained models and the client side of compute.
 */

export type { ComputeExit, ComputeLink, LaunchCompute } from './computeLink.ts';
