// Package nearest finds the word that was probably meant by a misspelt one.
//
// It owns how far apart two words may be. It does not own the words, nor how the guess is worded.
//
// Source: optimal string alignment, the edit distance that counts a swap of neighbours once.
package nearest
