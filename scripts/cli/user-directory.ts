// Where the user is.

/** npm starts scripts in the checkout and leaves the directory the user is in to INIT_CWD. */
export const userDirectory = (): string => process.env.INIT_CWD ?? process.cwd();
