import com.amazon.randomcutforest.config.ForestMode;
import com.amazon.randomcutforest.config.ImputationMethod;
import com.amazon.randomcutforest.config.TransformMethod;
import com.amazon.randomcutforest.parkservices.AnomalyDescriptor;
import com.amazon.randomcutforest.parkservices.ThresholdedRandomCutForest;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The reference implementation, in OpenSearch's historical configuration, over one series. Arguments: file of
 * `seconds,value` lines under a header, passes to warm up, passes to measure. Prints one line of JSON.
 */
public final class Reference {
    private static final int SHINGLE = 8;
    private static final int SAMPLES = 256;

    private Reference() {
    }

    public static void main(String[] arguments) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        long[] times = new long[lines.size() - 1];
        double[][] values = new double[lines.size() - 1][];
        for (int i = 0; i < times.length; i++) {
            String[] cells = lines.get(i + 1).split(",");
            times[i] = Long.parseLong(cells[0]);
            values[i] = new double[] { Double.parseDouble(cells[1]) };
        }
        int warmUp = Integer.parseInt(arguments[1]);
        int measured = Integer.parseInt(arguments[2]);
        double scores = 0;
        int anomalies = 0;
        long started = 0;
        long cpuStarted = 0;
        for (int pass = 0; pass < warmUp + measured; pass++) {
            if (pass == warmUp) {
                started = System.nanoTime();
                cpuStarted = threadCpu();
            }
            ThresholdedRandomCutForest forest = forest();
            scores = 0;
            anomalies = 0;
            for (int i = 0; i < times.length; i++) {
                AnomalyDescriptor answer = forest.process(values[i], times[i]);
                scores += answer.getRCFScore();
                if (answer.getAnomalyGrade() > 0) {
                    anomalies++;
                }
            }
        }
        double milliseconds = (System.nanoTime() - started) / 1e6;
        double cpuMilliseconds = (threadCpu() - cpuStarted) / 1e6;
        System.out.println("{\"points\":" + (long) times.length * measured + ",\"milliseconds\":" + milliseconds
                + ",\"cpuMilliseconds\":" + cpuMilliseconds + ",\"scores\":" + scores + ",\"anomalies\":" + anomalies
                + "}");
    }

    private static long threadCpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static ThresholdedRandomCutForest forest() {
        return ThresholdedRandomCutForest.builder().dimensions(SHINGLE).shingleSize(SHINGLE).sampleSize(SAMPLES)
                .numberOfTrees(50).timeDecay(1.0 / (10 * SAMPLES)).initialAcceptFraction(32.0 / SAMPLES)
                .outputAfter(32).boundingBoxCacheFraction(1.0).parallelExecutionEnabled(false)
                .internalShinglingEnabled(true).forestMode(ForestMode.STREAMING_IMPUTE)
                .imputationMethod(ImputationMethod.PREVIOUS).transformMethod(TransformMethod.NORMALIZE)
                .anomalyRate(1 - 0.995).alertOnce(true).autoAdjust(true)
                .ignoreNearExpectedFromAboveByRatio(new double[] { 0.2 })
                .ignoreNearExpectedFromBelowByRatio(new double[] { 0.2 }).randomSeed(42).build();
    }
}
