// Package notests has no tests, so that nothing in it can fail.
package notests
