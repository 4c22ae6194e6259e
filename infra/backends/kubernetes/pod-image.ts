// The image of a lab's test pods, unless the user names another.

/** Its shell, httpd, wget and sleep are all that the labs' own commands use. */
export const POD_IMAGE = 'docker.io/library/busybox:1.37';
