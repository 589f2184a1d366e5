// Package element is what a mail server is provisioned with: the resources, the
// elements of each, how their Keys and values are written, and how they are
// normalised, so that a directory and a mail server that mean the same say the
// same.
//
// One item of kind entry is one element: one user, one alias, one forward. Its
// body is the canonical text of its Value. The package does no I/O and knows no
// directory and no server. Start with Element.
package element
