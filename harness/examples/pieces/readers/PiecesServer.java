import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;

public class PiecesServer {
    static final long PAUSE = 0;

    public static void main(String[] arguments) throws Exception {
        try (ServerSocket listener = new ServerSocket(7777, 1, InetAddress.getByName("127.0.0.1"));
                Socket connection = listener.accept()) {
            InputStream input = connection.getInputStream();
            byte[] buffer = new byte[65536];
            long reads = 0;
            while (input.read(buffer) > 0) {
                reads++;
                if (PAUSE > 0) {
                    LockSupport.parkNanos(PAUSE * 1000);
                }
            }
            System.out.println(reads);
        }
    }
}
