const DOUBLES = /"(data|likelihood|anomaly_score|anomaly_grade|confidence|threshold)":(-?\d+)(?=[,}])/g;

/** Java writes 0.0 where JavaScript writes 0; the flattened index takes the type of its fields from that. */
export const asJava = (lines: string): string => lines.replace(DOUBLES, '"$1":$2.0');
