const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Whether JSON writes the text as it is, between quotes, and an index keeps it as it is. */
export const isPlain = (text: string): boolean => PLAIN.test(text);
