// Command probe is another one.
package main

func main() {}
