package io.polyproc.sample;

/** Counts syllables, roughly. The Python tasks call it. */
public final class Syllables {
  private Syllables() {}

  /** The groups of vowels in an English word, without a silent e at its end. */
  public static int count(String word) {
    int count = 0;
    boolean vowelBefore = false;
    String letters = word.toLowerCase();
    for (int i = 0; i < letters.length(); i++) {
      boolean vowel = "aeiouy".indexOf(letters.charAt(i)) >= 0;
      if (vowel && !vowelBefore) {
        count++;
      }
      vowelBefore = vowel;
    }
    return Math.max(1, letters.endsWith("e") && !letters.endsWith("le") ? count - 1 : count);
  }
}
