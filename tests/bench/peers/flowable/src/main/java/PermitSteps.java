import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flowable.bpmn.model.BoundaryEvent;
import org.flowable.bpmn.model.BpmnModel;
import org.flowable.bpmn.model.EndEvent;
import org.flowable.bpmn.model.FlowElement;
import org.flowable.bpmn.model.SequenceFlow;
import org.flowable.bpmn.model.StartEvent;
import org.flowable.bpmn.model.TimerEventDefinition;
import org.flowable.bpmn.model.UserTask;
import org.flowable.common.engine.impl.history.HistoryLevel;
import org.flowable.engine.ProcessEngine;
import org.flowable.engine.TaskService;
import org.flowable.engine.impl.cfg.StandaloneProcessEngineConfiguration;
import org.flowable.task.api.Task;

/**
 * What a step of a permit costs in Flowable, embedded, with its history: nine user tasks one after the other, each with a
 * timer on its edge that says when it is due; beside Tenggat's in the same run (tests/bench/peers.cpp).
 *
 *   PermitSteps JDBC_URL PERMITS CLIENTS
 *
 * A step is what an application must do for an officer who presses a button: find the task at which the permit waits, and
 * complete it with who did it and a note. No HTTP around it. The last line of the output is a JSON object.
 */
public final class PermitSteps {
  private static final int STEPS = 9;

  private static BpmnModel permit() {
    BpmnModel model = new BpmnModel();
    org.flowable.bpmn.model.Process process = new org.flowable.bpmn.model.Process();
    process.setId("permit");
    model.addProcess(process);
    StartEvent start = new StartEvent();
    start.setId("start");
    process.addFlowElement(start);
    FlowElement before = start;
    for (int step = 1; step <= STEPS; ++step) {
      UserTask task = new UserTask();
      task.setId("step" + step);
      task.setName("Step " + step);
      task.setCandidateGroups(List.of("role-" + step));
      process.addFlowElement(task);
      process.addFlowElement(new SequenceFlow(before.getId(), task.getId()));
      BoundaryEvent due = new BoundaryEvent();
      due.setId("due" + step);
      due.setAttachedToRef(task);
      due.setCancelActivity(false);
      TimerEventDefinition timer = new TimerEventDefinition();
      timer.setTimeDuration("PT96H");
      due.addEventDefinition(timer);
      process.addFlowElement(due);
      EndEvent told = new EndEvent();
      told.setId("told" + step);
      process.addFlowElement(told);
      process.addFlowElement(new SequenceFlow(due.getId(), told.getId()));
      before = task;
    }
    EndEvent end = new EndEvent();
    end.setId("end");
    process.addFlowElement(end);
    process.addFlowElement(new SequenceFlow(before.getId(), end.getId()));
    return model;
  }

  private static ProcessEngine engine(String url) {
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(url);
    pool.setMaximumPoolSize(64);
    StandaloneProcessEngineConfiguration configuration = new StandaloneProcessEngineConfiguration();
    configuration.setDataSource(new HikariDataSource(pool));
    configuration.setDatabaseSchemaUpdate("true");
    configuration.setHistoryLevel(HistoryLevel.AUDIT);
    configuration.setAsyncExecutorActivate(false);
    return configuration.buildProcessEngine();
  }

  private static List<Double> takeThrough(ProcessEngine engine, String instance) {
    TaskService tasks = engine.getTaskService();
    List<Double> milliseconds = new ArrayList<>();
    for (int step = 1; step <= STEPS; ++step) {
      long begun = System.nanoTime();
      Task task = tasks.createTaskQuery().processInstanceId(instance).singleResult();
      if (!task.getTaskDefinitionKey().equals("step" + step)) throw new IllegalStateException(task.getTaskDefinitionKey());
      Map<String, Object> variables = new HashMap<>();
      variables.put("by", "officer");
      variables.put("note", "as recommended");
      tasks.complete(task.getId(), variables);
      milliseconds.add((System.nanoTime() - begun) / 1e6);
    }
    return milliseconds;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3) throw new IllegalArgumentException("PermitSteps JDBC_URL PERMITS CLIENTS");
    int permits = Integer.parseInt(arguments[1]);
    int clients = Integer.parseInt(arguments[2]);
    ProcessEngine engine = engine(arguments[0]);
    engine.getRepositoryService().createDeployment().addBpmnModel("permit.bpmn20.xml", permit()).deploy();
    ExecutorService officers = Executors.newFixedThreadPool(clients);
    // A tenth more, to warm the machine up by.
    int warm = permits / 10;
    ConcurrentLinkedQueue<String> waiting = new ConcurrentLinkedQueue<>();
    List<Future<?>> submissions = new ArrayList<>();
    for (int i = 0; i < permits + warm; ++i)
      submissions.add(officers.submit(() -> {
        waiting.add(engine.getRuntimeService().startProcessInstanceByKey("permit").getId());
      }));
    for (Future<?> one : submissions) one.get();
    work(engine, officers, waiting, warm);
    long begun = System.nanoTime();
    double[] times = work(engine, officers, waiting, permits);
    double seconds = (System.nanoTime() - begun) / 1e9;
    officers.shutdown();
    Arrays.sort(times);
    System.out.printf("%n{\"steps\":%d,\"seconds\":%.3f,\"p99_ms\":%.3f}%n", times.length, seconds,
        times[times.length * 99 / 100]);
    System.exit(0);
  }

  private static double[] work(ProcessEngine engine, ExecutorService officers, ConcurrentLinkedQueue<String> waiting, int permits)
      throws Exception {
    List<Future<List<Double>>> all = new ArrayList<>();
    for (int i = 0; i < permits; ++i) all.add(officers.submit(() -> takeThrough(engine, waiting.remove())));
    List<Double> times = new ArrayList<>();
    for (Future<List<Double>> one : all) times.addAll(one.get());
    return times.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
