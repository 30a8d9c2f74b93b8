/**
 * Which life of which database this is: a uuid. It is in the name of everything that Temporal keeps for it, so that
 * another database, or this one restored, never takes the runs of a former life for its own.
 */
export type InstallationId = string & { readonly noun: "installation" };
